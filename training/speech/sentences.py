"""Sentences that are spoken for training and for measuring; the two sets are disjoint."""

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
The captain shouted orders over the roar of the wind.
She found a small key beneath the kitchen rug.
Both brothers learned to swim in a shallow river.
The judge refused to change her mind about the case.
We watched the orange sun sink behind the hills.
Rough wool is warm, but it scratches the skin.
A yellow cab splashed through the puddle outside.
The chef chopped garlic, ginger and green peppers.
You should check the engine before a long journey.
Those old photographs were taken in early March.
He whispered a joke and everybody laughed at once.
The museum displays vases from ancient cities.
My uncle usually chooses the cheapest hotel.
Strong coffee keeps the night watch awake.
They measured the depth of the well with a rope.
The bird built its nest in the branches of an oak.
Give the driver your address and a small tip.
The power failed twice during the thunder storm.
An honest answer is better than a clever excuse.
Which of these paths leads down to the valley?
The painter mixed blue and white on a wooden board.
Our neighbor grows beans, cabbage and sweet corn.
She pulled the heavy curtain across the window.
Fresh snow covered the roofs of the whole village.
The boys threw pebbles at an empty bottle.
I believe that the pleasure was entirely mine.
A narrow bridge joins the island to the coast.
He pushed the door, but it would not budge.
The nurse gave him a cup of water and two pills.
We had fish, rice and a bowl of soup for lunch.
The youth choir sang in the cathedral on Sunday.
Please remove your shoes and leave them in the hall.
Smoke rose from the chimney of the little cottage.
The thief vanished into a crowd of shoppers.
Her cheeks were red from the bitter cold.
It took three hours to repair the broken wheel.
The lawyer put her glasses on and read the page aloud.
Wild geese fly south when the days grow short.
The soldiers marched along the dusty road.
Is there enough butter for another batch of cookies?
A sharp pain shot through his left ankle.
The council voted against the new highway.
She taught him how to ride a horse without fear.
Five huge trucks blocked the entrance to the garage.
The moon shone brightly above the quiet lagoon.
Bring the ladder and hold it against the wall.
The usual treatment is rest and plenty of fluids.
He drew a rough sketch of the house from memory.
Most of the guests arrived just after nine.
The children giggled at the funny little clown.
Every June the town holds a fair by the lake.
A dog barked somewhere beyond the fence.
The shop sells leather bags and silver rings.
Do you know whether the bank is open today?
The tall ship sailed slowly toward the harbor mouth.
Nothing grows in the shadow of that great tree.
She zipped up her jacket and stepped into the rain.
The farmer sharpened his axe on a smooth stone.
Two young foxes played in the ditch beside the field.
We could not agree on the color of the walls.
The judge and the jury listened to both versions.
The king wore a robe of thick purple velvet.
Push the button twice and wait for the beep.
His voice was calm, though his hands were shaking.
An early frost destroyed the peaches and plums.
The teacher drew a circle on the board.
They moved the couch closer to the fireplace.
The fisherman caught a dozen trout before breakfast.
Our plane leaves from the other end of the airport.
Who would have guessed that the box was empty?
The clock on the tower struck seven times.
She brushed the dust off the cover of the book.
A cool breeze blew in from the ocean.
The factory produces cheap plastic toys.
Watch how the spider weaves its fragile web.
He could hardly hear the music through the noise.
The bakery on the corner makes delicious bread.
Five of the bridges were closed for repairs.
That vision never left her for the rest of her life.
The boy hid the coins in an old tin box.
Both teams were tired after the long match.
A thick hedge separates the two gardens.
The judge wished everyone a happy new year.
Turn off the oven and let the cake cool.
The road curves sharply to the right at the mill.
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
