"""The fixtures that hand real servers to tests."""
