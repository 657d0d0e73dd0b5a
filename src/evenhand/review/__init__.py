"""Review by people: what is drawn, who sees what, and what the answers come to. Rules alone: no disk, no network.

Where a question is answered:

    Which items go to people, how likely was each?   `selection`, from the `uncertainty` that a panel's votes leave
    How many items are so many minutes?              `budget`
    When does an item come to a person again?        `repeats`
    On which side of a pair does a candidate stand?  `chance.side_order`
    What may a person answer, and in which frame
      is it told?                                    `answers`
    Is a passage in the text, and where?             `evidence`
    Where do two candidates differ?                  `evenhand.records.word_diff`
    Which key does what?                             `keys`
    How long did it take?                            `time_spent`
    Which label of an item holds?                    `adjudication`; what waits for a decision: `adjudication_queue`
    What does a principle not say?                   `guideline_gaps`
    How far has a review come?                       `progress`
    What do the labels say so far, and are more
      worth it?                                      `progress_estimate`
    What may be asked about how somebody labels?     `quality`, what it means; `quality_questions`, the measures of a
                                                     person; `quality_team`, those of all together
    How do items and labels look in another tool?    `exchange`

The measures of a person are made in `quality_alone`, `quality_beside` (beside other people) and `quality_pace`, of the
labels that `quality_said` prepares.

Words: a *design* is what probabilities hold within: a first *draw* and the draws that top it up. A person gets an
*item* by an *assignment* and answers with a *label*; a *decision* of an adjudicator, the record `Adjudication`, settles
an item beside its labels. All are records of `evenhand.records.review`.
"""
