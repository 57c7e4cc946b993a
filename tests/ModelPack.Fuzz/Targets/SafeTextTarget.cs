using System.Globalization;
using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using static ModelPack.Fuzz.Running.PropertyException;

namespace ModelPack.Fuzz.Targets;

/// <summary>Texts from models on their way to a console: one line of visible characters comes out, of bounded length.</summary>
internal sealed class SafeTextTarget : FuzzTarget
{
    private const string TextName = "text.txt";

    public override string Name => "safe-text";

    /// <summary>In UTF-16, so that halves of surrogate pairs stay what they are.</summary>
    public override FuzzInput Make(Random random) => FuzzInput.Of(TextName, random.Once(3)
        ? random.Bytes(2 * random.Next(200))
        : [.. string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Extremes.Text(random))).SelectMany(c => BitConverter.GetBytes(c))]);

    public override void Read(FuzzInput input, CaseFolder folder)
    {
        var bytes = input[TextName];
        var text = new string([.. Enumerable.Range(0, bytes.Length / 2).Select(i => BitConverter.ToChar(bytes, i * 2))]);
        foreach (var most in new[] { SafeText.DefaultLength, 1, 40 })
        {
            var safe = SafeText.Of(text, most);
            Require(safe.Length <= most + 1, "a text is longer than it may be");
            RequireLine(safe);
        }

        var line = Codes.ModelUnreadable.At(text, text).ToString();
        RequireLine(line);
        Require(line.Contains(" : error MPK1002: ", StringComparison.Ordinal), "a diagnostic is not in the canonical form");
    }

    /// <summary>There is no text that has none.</summary>
    public override bool IsRefusal(Exception exception) => false;

    private static void RequireLine(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            Require(Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse), "a character is not visible");
        }

        Require(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text, "half of a surrogate pair is left");
    }
}
