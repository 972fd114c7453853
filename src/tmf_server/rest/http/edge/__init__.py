"""What stands between a connection and the front: names, origins, bodies, codings. Names no noun, knows no path."""
