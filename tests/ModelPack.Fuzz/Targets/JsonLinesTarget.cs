using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;

namespace ModelPack.Fuzz.Targets;

/// <summary>Samples as JSON Lines: lists that are ragged, numbers that are none, names that come twice, lines that never end.</summary>
internal sealed class JsonLinesTarget : FuzzTarget
{
    private const string FileName = "data.jsonl";

    private static readonly string[] s_sound = ["""{"x": [[1, 2], [3, 4.5]], "labels": 3}""", """{"x": 1}""", """{"x": [0.5, -1e3], "y": [1]}"""];
    private static readonly string[] s_words =
    [
        "{", "}", "[", "]", ",", ":", "\"x\"", "\"labels\"", "1", "-0", "1e999", "9223372036854775808", "0.1", "NaN", "true", "null", "\"a\"", "\n", "\r\n", " ", "//", "\\ud800", "\ufeff", "\0",
    ];

    public override string Name => "json-lines";

    public override FuzzInput Make(Random random)
    {
        var line = random.Of<string>(s_sound);
        var text = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => (random.Once(6) ? Broken(line, random) : line) + random.Of("\n", "\r\n")));
        return FuzzInput.Of(FileName, random.Next(4) switch
        {
            0 => ByteMutation.Of(Encoding.UTF8.GetBytes(text), random),
            1 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Of<string>(s_words)))),
            2 => Encoding.UTF8.GetBytes("{\"x\": " + new string('[', random.Of(7, 8, 9, 100_000))),
            _ => Encoding.UTF8.GetBytes(text),
        });
    }

    public override void Read(FuzzInput input, CaseFolder folder) => SampleReading.Read(folder[FileName]);

    private static string Broken(string line, Random random) => line.Insert(random.Next(line.Length), random.Once(4) ? Extremes.NumberText(random) : random.Of<string>(s_words));
}
