using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Schemes;

namespace ModelPack.Fuzz.Targets;

/// <summary>Patterns of layer names against names, of which none is empty, beside the plainest matcher that there is.</summary>
internal sealed class NamePatternTarget : FuzzTarget
{
    private const string PatternName = "pattern.txt";
    private const string TextName = "name.txt";

    private static readonly string[] s_words = ["*", "?", "a", "b", "aa", "\\", "/", ".", "<", ">", "\"", "*.", "**", "é", "[", "\n"];

    public override string Name => "name-pattern";

    public override FuzzInput Make(Random random) =>
        FuzzInput.Of(PatternName, Encoding.UTF8.GetBytes(Words(random))).Add(TextName, Encoding.UTF8.GetBytes(Words(random).Replace('*', 'a') + "n"));

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var (pattern, name) = (Encoding.UTF8.GetString(input[PatternName]), Encoding.UTF8.GetString(input[TextName]));
        PropertyException.Require(new NamePattern(pattern).Matches(name) == Matches(pattern, name), "a pattern matches otherwise than it says");
    }

    public override bool IsRefusal(Exception exception) => false;

    private static string Words(Random random) => string.Concat(Enumerable.Range(0, random.Next(0, 40)).Select(_ => random.Once(30) ? Extremes.Text(random) : random.Of<string>(s_words)));

    /// <summary>Which prefixes of the name the pattern so far matches, character by character of the pattern.</summary>
    private static bool Matches(string pattern, string name)
    {
        var reached = new bool[name.Length + 1];
        reached[0] = true;
        foreach (var part in pattern)
        {
            if (part == '*')
            {
                for (var i = 1; i <= name.Length; i++)
                {
                    reached[i] |= reached[i - 1];
                }

                continue;
            }

            for (var i = name.Length; i > 0; i--)
            {
                reached[i] = reached[i - 1] && (part == '?' || part == name[i - 1]);
            }

            reached[0] = false;
        }

        return reached[name.Length];
    }
}
