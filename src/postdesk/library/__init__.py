"""The writer's folder: read, save, watch, recover."""
