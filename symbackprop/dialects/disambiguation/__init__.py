"""A `Formula` whose signs may mean two things enters; the readings whose sizes fit leave, likeliest first.

Read `readings.py` first.
"""
