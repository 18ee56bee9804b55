"""The words that every module shares: errors, callers, pages, events and ports.

Pure standard library. Domain and application code may import it; it imports nothing of the service.
"""
