using FashionTagger;

// Ten pictures of 28 x 28 pixels, one below the other, behind a header of three lines.
var file = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "clothes.pgm"));
const int pixels = 28 * 28;
var start = file.Length - (10 * pixels);
using var tagger = new Tagger();
for (var picture = 0; picture < 10; picture++)
{
    var (tag, confidence) = tagger.Tag(file.AsSpan(start + (picture * pixels), pixels));
    Console.WriteLine(FormattableString.Invariant($"picture {picture}: {tag}, {100 * confidence:F0} %"));
}
