"""The write-ahead journal: what is about to be changed on the server, on disk before it is sent."""
