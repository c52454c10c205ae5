"""What an account has: avatars, voices, speech files, films, files and money."""
