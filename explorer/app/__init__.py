"""What the person is doing now: one frozen state, operations on it, jobs and the project folder. No Qt."""
