"""The queue's door to the domain: what reacts to events, what runs on a schedule, and the processes that do it."""
