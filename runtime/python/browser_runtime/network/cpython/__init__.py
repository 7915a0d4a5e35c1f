"""What programs call: the contents of `_socket` and `select`, and functions of `os`."""
