"""The folder of an index: whose it is, whether it is safe, its marks and its locks.

Owns what is made, replaced or deleted below a home (`folder`), which homes are used at all (`claim`), and the user's own folder
outside of them all, which tells what was made here (`user`). `index/update`, `index/vectors` and `qa/saved` use them.
"""
