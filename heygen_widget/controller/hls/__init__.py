"""Avatars whose sessions are HLS streams, of HeyGen's Avatar Realtime API."""
