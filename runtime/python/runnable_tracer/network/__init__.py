"""What the tracer knows about sockets and pipes."""
