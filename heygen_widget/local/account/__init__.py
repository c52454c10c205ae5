"""HeyGen's account operations: people, voices, speech files, money and stored files."""
