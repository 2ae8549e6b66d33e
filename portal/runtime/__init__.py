"""What `./go run` starts and how its health is told: settings, supervisor, doctor, command line."""
