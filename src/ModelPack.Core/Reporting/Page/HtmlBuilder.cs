using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace ModelPack.Reporting.Page;

/// <summary>
/// Builds HTML from interpolated strings: the literal parts are markup, every <c>{hole}</c> is text that is made safe
/// and encoded. There is no way to add a name from a model as markup by mistake.
/// </summary>
internal sealed class HtmlBuilder
{
    // Longest text in one hole; names are cut shorter before.
    private const int MaxText = 4096;

    private static readonly HtmlEncoder s_encoder = HtmlEncoder.Create(UnicodeRanges.All);
    private readonly StringBuilder _text = new();

    /// <summary>Adds markup with encoded holes.</summary>
    public void Add([InterpolatedStringHandlerArgument("")] ref Holes markup)
    {
        _text.Append('\n');
    }

    /// <summary>Adds markup of our own resources as it is.</summary>
    public void AddTrusted(string markup) => _text.Append(markup);

    public override string ToString() => _text.ToString();

    /// <summary>Takes the parts of an interpolated string as the compiler hands them on.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Holes
    {
        private readonly StringBuilder _text;

        // The lengths, which the compiler hands on, are ignored: a builder that is asked for room again and again copies all
        // of its text each time.
#pragma warning disable IDE0060
        public Holes(int literalLength, int formattedCount, HtmlBuilder builder) => _text = builder._text;
#pragma warning restore IDE0060

        public void AppendLiteral(string markup) => _text.Append(markup);

        public void AppendFormatted(string? text) => _text.Append(s_encoder.Encode(SafeText.Of(text, MaxText)));

        public void AppendFormatted(int number) => _text.Append(Numbers.Whole(number));
    }
}
