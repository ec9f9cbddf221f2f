"""What keeps people private: the secret key, names made unreadable with it, and those who asked to be forgotten."""
