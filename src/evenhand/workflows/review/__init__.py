"""The verbs of review: sample, label, adjudicate, exchange, look at how it stands.

Where a verb is:

    Open the review of a workspace                   `open_review`
    Draw items of a run                              `sample`: wishes to a draw (`sample_wishes`), what was drawn before
                                                     (`sample_design`), gold items (`sample_gold`), the panel's votes
                                                     (`panel_votes`), texts and principles without producers (`shown`)
    Label items                                      `desk`, for pages and terminal alike; of a shell: `terminal`
    Settle items on which people differ              `adjudicate`
    Look at the judges once a label is given         `judged`
    Look at one's own work                           `own_work`
    Say who may review, and sign in                  `people`, with the hashes of `passwords`
    Write items or labels for other tools            `export_labels`
    Read labels of other tools                       `import_labels`, from what `read_exchange` finds in a file
    See how a review stands                          `status`, with the estimate of `status_estimate`
    Verify the record                                `verify`

What the desk is made of, step by step: `assigned` finds an assignment and asks what has to hold; `opening` brings an
item before a person and takes it away; `labelling` adds and withdraws labels; `typed` makes fit what people send. The
same for adjudicators: `adjudicated`. `exchange_tasks` makes of stored items and labels what travels.
"""
