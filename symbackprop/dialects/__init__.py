"""What people type enters, as plain text or their own LaTeX; the LaTeX of our pages, or a `Formula`, leaves.

Read `plain/` for text, `latex/` for LaTeX, `disambiguation/` for signs that may mean two things.
"""
