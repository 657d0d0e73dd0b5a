"""The road of the data of a constitution's lint: from the ledger and label files to arrays.

What each judge said each time is read by `opinions`, what people say of whole replies by `whole_replies`, and all of it
is put together in `gather`.
"""
