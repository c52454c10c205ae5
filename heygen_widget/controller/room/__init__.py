"""Avatars whose sessions are WebRTC rooms, of HeyGen's earlier API (v1)."""
