"""Sentences that are spoken for training and for measuring; none is in both."""

TRAINING = """\
The grey cat slept beside the open window all afternoon.
Please bring three small boxes down from the attic.
She bought a pound of fresh cheese at the village shop.
Nobody expected the train to arrive before midnight.
Why did you leave your umbrella under the table?
A thick fog rolled over the quiet harbor at dawn.
Five young boys were playing football near the bridge.
The judge asked the witness to speak a little louder.
Put the kettle on and fetch a couple of clean cups.
Their vision of the future was both bold and strange.
He measured the width of the beam with a wooden ruler.
The choir sang an old song about joy and sorrow.
I thought the weather would be much worse than this.
Good books should be read slowly and more than once.
The farmer sold eggs, butter and yellow onions.
An unusual noise came from the engine of the ship.
We must choose between the beach and the mountains.
You never know what the children will do next.
The garage door was stuck, so we pushed it together.
Thousands of birds gathered on the frozen lake.
My cousin works as a nurse in a large hospital.
Turn left at the church and go up the steep hill.
The doctor said that his finger was only bruised.
A loud knock woke the dog and then the whole house.
Each version of the story has a different ending.
They hid the treasure beneath a pile of stones.
The queen wore a purple dress with golden buttons.
Cold water dripped from the edge of the roof.
Our teacher explained the problem with great patience.
He used to walk home through the narrow streets.
The oil price rose sharply during the winter.
Would you pour some milk into the blue jug?
The leather chair creaked whenever she sat down.
Both engines failed, and the pilot stayed calm.
A few shy tourists joined us for the evening meal.
""".splitlines()

HELD_OUT = """\
The birch canoe lay quietly on the sandy shore.
Father took a photograph of the old stone tower.
How many pages have you written since Thursday?
The thin boy chased a yellow leaf across the yard.
Most people enjoy music when they are working.
A cheap pair of shoes will not last very long.
The jury gave its verdict just before noon.
She sells fresh bread and sugar on the market square.
Heavy rain washed the mud off the garden path.
It was easy to see why they refused to go there.
Put your coat on the hook behind the kitchen door.
The engineer checked each bolt with a bright lamp.
We could hear voices in the room above ours.
Nine ships waited outside the harbor for the tide.
The measure of a good plan is how it copes with trouble.
Do you think that the museum is open on Sunday?
He poured cold tea into a broken china cup.
The village boasts a theatre, a bakery and two pubs.
Young children often ask very difficult questions.
Three men pushed the huge rock over the cliff edge.
""".splitlines()
