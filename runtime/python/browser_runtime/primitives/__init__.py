"""What programs use to work with threads: threads, locks, queues and thread-local data."""
