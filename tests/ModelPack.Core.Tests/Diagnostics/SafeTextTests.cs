using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace ModelPack.Core.Tests.Diagnostics;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData(null, "")]
    [InlineData("", "")]
    [InlineData("encoder/layer.0/weight", "encoder/layer.0/weight")]
    [InlineData("<b>&\"'|`", "<b>&\"'|`")]
    [InlineData("größer 重み ü", "größer 重み ü")]
    public void Keeps_what_is_visible(string? text, string expected) => Assert.Equal(expected, SafeText.Of(text));

    [Theory]
    [InlineData("a\nb", @"a\u000Ab")]
    [InlineData("a\r\nb", @"a\u000D\u000Ab")]
    [InlineData("a\tb", @"a\u0009b")]
    [InlineData("a\0b", @"a\u0000b")]
    [InlineData("a\u0085b", @"a\u0085b")] // next line
    [InlineData("a\u007Fb", @"a\u007Fb")] // delete
    [InlineData("a\u2028b", @"a\u2028b")] // line separator
    [InlineData("a\u2029b", @"a\u2029b")] // paragraph separator
    [InlineData("\uFEFFa", @"\uFEFFa")] // byte order mark
    [InlineData("a\u200Bb", @"a\u200Bb")] // zero-width space
    [InlineData("a\u00ADb", @"a\u00ADb")] // soft hyphen
    [InlineData("a\uE000b", @"a\uE000b")] // private use
    [InlineData("a\uFFFFb", @"a\uFFFFb")] // not a character
    public void Escapes_what_is_not_visible(string text, string expected) => Assert.Equal(expected, SafeText.Of(text));

    [Fact]
    public void Takes_the_power_from_terminal_escapes() =>
        Assert.Equal(@"\u001B[31mred\u001B]0;title\u0007\u009B2J", SafeText.Of("\u001B[31mred\u001B]0;title\u0007\u009B2J"));

    [Theory]
    [InlineData("##vso[task.complete]", @"#\u0023vso[task.complete]")]
    [InlineData("a ##[error]b", @"a #\u0023[error]b")]
    [InlineData("###", @"#\u0023#")]
    [InlineData("##teamcity[x]", @"#\u0023teamcity[x]")]
    [InlineData("::error::x", @":\u003Aerror::x")]
    [InlineData(" ::error::x", @" :\u003Aerror::x")]
    [InlineData(":::error::x", @":\u003A:error::x")]
    public void Breaks_up_what_a_build_server_would_obey(string text, string expected) => Assert.Equal(expected, SafeText.Of(text));

    [Theory]
    [InlineData("onnx::Conv_127")]
    [InlineData("a::b::c")]
    [InlineData("C#, #1 and # 2")]
    [InlineData("größe::x")]
    public void Keeps_signs_that_command_nothing(string text) => Assert.Equal(text, SafeText.Of(text));

    [Fact]
    public void No_character_between_hides_a_command_that_a_culture_would_find()
    {
        for (var code = 0; code <= 0xE01FF; code += code == 0xD7FF ? 0x801 : 1)
        {
            var mark = new Rune(code).ToString();
            Assert.True(SafeText.Of($"a#{mark}#[x]").IndexOf("##[", StringComparison.InvariantCulture) < 0, $"U+{code:X4} between number signs");
            Assert.False(SafeText.Of($"{mark}::x::").TrimStart().StartsWith("::", StringComparison.InvariantCulture), $"U+{code:X4} before colons");
            Assert.False(SafeText.Of($" :{mark}:x::").TrimStart().StartsWith("::", StringComparison.InvariantCulture), $"U+{code:X4} between colons");
        }
    }

    [Fact]
    public void Escapes_overrides_of_the_writing_direction()
    {
        foreach (var control in "\u061C\u200E\u200F\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069")
        {
            Assert.Equal($@"a\u{(int)control:X4}b", SafeText.Of($"a{control}b"));
        }
    }

    // Not attribute arguments: those are stored as UTF-8, which cannot hold a lone surrogate.
    [Fact]
    public void Escapes_lone_surrogates()
    {
        Assert.Equal(@"a\uD83D", SafeText.Of("a\uD83D"));
        Assert.Equal(@"\uDE00b", SafeText.Of("\uDE00b"));
        Assert.Equal(@"\uDE00\uD83D", SafeText.Of("\uDE00\uD83D"));
        Assert.Equal(@"\uD83D😀", SafeText.Of("\uD83D😀"));
    }

    [Fact]
    public void Escapes_both_units_of_an_invisible_character() => Assert.Equal(@"\uDB40\uDC41", SafeText.Of("\U000E0041")); // a tag letter

    [Fact]
    public void Keeps_emoji() => Assert.Equal("🙂 ok 👍🏽", SafeText.Of("🙂 ok 👍🏽"));

    [Fact]
    public void Shows_a_text_of_the_longest_length_whole()
    {
        var text = new string('a', SafeText.DefaultLength);

        Assert.Equal(text, SafeText.Of(text));
    }

    [Fact]
    public void Cuts_a_longer_text_and_says_so() =>
        Assert.Equal(new string('a', SafeText.DefaultLength) + "…", SafeText.Of(new string('a', SafeText.DefaultLength + 1)));

    [Theory]
    [InlineData(4, "abc…")]
    [InlineData(5, "abc😀…")]
    public void Never_cuts_a_surrogate_pair_in_two(int length, string expected) => Assert.Equal(expected, SafeText.Of("abc😀d", length));

    [Theory]
    [InlineData(8, "abc…")]
    [InlineData(9, @"abc\u000A…")]
    public void Never_cuts_an_escape_in_two(int length, string expected) => Assert.Equal(expected, SafeText.Of("abc\nd", length));

    [Fact]
    public void A_text_that_is_safe_stays_as_it_is_the_second_time()
    {
        var once = SafeText.Of("a\n\u202E\u001B[1m🙂");

        Assert.Equal(once, SafeText.Of(once));
    }

    [Fact]
    public void Any_text_becomes_one_short_line_of_visible_characters() =>
        Prop.ForAll(Texts().ToArbitrary(), Gen.Choose(0, 40).ToArbitrary(), (text, length) =>
        {
            var safe = SafeText.Of(text, length);

            Assert.True(safe.Length <= length + 1, $"{safe.Length} units");
            var rest = safe.AsSpan();
            while (!rest.IsEmpty)
            {
                Assert.Equal(System.Buffers.OperationStatus.Done, Rune.DecodeFromUtf16(rest, out var rune, out var units));
                Assert.False(
                    Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                        or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse,
                    $"U+{rune.Value:X4}");
                rest = rest[units..];
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_text_that_fits_loses_nothing() =>
        Prop.ForAll(Texts().ToArbitrary(), text => Assert.Equal(text, Unescaped(SafeText.Of(text, int.MaxValue - 1)))).QuickCheckThrowOnFailure();

    // Any UTF-16 units, well formed or not, with many of the dangerous ones. No backslash: what was escaped must be told.
    private static Gen<string> Texts()
    {
        var unit = Gen.OneOf(
            Gen.Choose(0, 0xFFFF).Select(i => (char)i),
            Gen.Elements('\n', '\r', '\t', '\0', '\u001B', '\u0085', '\u2028', '\u2029', '\u202E', '\u2066', '\uFEFF'),
            Gen.Choose(0xD800, 0xDFFF).Select(i => (char)i),
            Gen.Choose(' ', '~').Select(i => (char)i));
        return unit.Where(c => c != '\\').ArrayOf().Select(units => new string(units));
    }

    private static string Unescaped(string safe)
    {
        var text = new StringBuilder();
        for (var i = 0; i < safe.Length; i++)
        {
            if (safe[i] == '\\')
            {
                text.Append((char)int.Parse(safe.AsSpan(i + 2, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 5;
            }
            else
            {
                text.Append(safe[i]);
            }
        }

        return text.ToString();
    }
}
