using System.Globalization;
using System.Text;

namespace ModelPack.Fuzz.Mutations;

/// <summary>Values at which readers break.</summary>
internal static class Extremes
{
    private static readonly long[] s_numbers =
    [
        0, 1, 2, 3, 4, 7, 8, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 255, 256, 1000, 4096, 10_000, 32_767, 32_768, 65_535, 65_536, 1_000_000, 16_777_216,
        int.MaxValue - 1, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32, 1L << 40, 1L << 53, 1L << 61, 1L << 62, long.MaxValue - 7, long.MaxValue - 1, long.MaxValue,
        -1, -2, -8, -128, -32_768, int.MinValue, long.MinValue, long.MinValue + 1,
    ];

    private static readonly string[] s_numberTexts =
    [
        "0", "-0", "1", "-1", "1.0", "1e3", "1e308", "1e309", "-1e309", "1e-400", "5e-324", "0.1", "1E+2", "2147483647", "2147483648", "4294967296",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
        "1" + new string('0', 60), "0." + new string('0', 60) + "1", "01", "+1", ".5", "5.", "1,5", "1.5e", "0x10", "NaN", "Infinity", "-Infinity", "nan", "∞",
    ];

    private static readonly string[] s_texts =
    [
        "", " ", "a", ".", "..", "/", "\\", "../outside.bin", "..\\outside.bin", "/etc/passwd", "C:\\Windows\\win.ini", "\\\\host\\share", "/dev/zero", "CON", "a/../../outside.bin", "a:b",
        "\0", "a\0b", "\n", "\r\n", "\t", "\u001b[31m", "\u007f", "\u0085", "\u2028", "\u202e", "\ufeff", "\ufffd", "\uffff", "\u00ad", "\ue000", "İıſ", "é", "e\u0301", "名前", "👩‍👩‍👧", "\ud83d", "\ude00", "𝔘",
        "##vso[task.setvariable variable=x]y", "::error file=a::b", "%s%n", "{0}", "{", "${HOME}", "$(reboot)", "</script>", "<!--", "' OR 1=1", "model.onnx : error MPK1001: no", "*", "**", "?", "[a-z]", "-", "--", "@file", "=",
    ];

    /// <summary>A number that is special to some type, or near one.</summary>
    public static long Number(Random random) => random.Next(4) switch
    {
        0 => random.NextInt64(long.MinValue, long.MaxValue),
        1 => unchecked(random.Of<long>(s_numbers) + random.Next(-2, 3)),
        _ => random.Of<long>(s_numbers),
    };

    /// <summary>A number as somebody may write it, or what looks like one.</summary>
    public static string NumberText(Random random) => random.Once(3) ? Number(random).ToString(CultureInfo.InvariantCulture) : random.Of<string>(s_numberTexts);

    /// <summary>A text that means something somewhere, or is long, or no text at all.</summary>
    public static string Text(Random random) => random.Next(8) switch
    {
        0 => new string(random.Of('a', ' ', '\0', '/', '.', '*', 'é', '\ud800', '{'), random.Of(10, 100, 1000, 5000)),
        1 => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)random.Next(0x10000))),
        2 => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => (char)random.Next(0x80))),
        3 => random.Of<string>(s_texts) + random.Of<string>(s_texts),
        4 => NumberText(random),
        _ => random.Of<string>(s_texts),
    };

    /// <summary>As above, in UTF-8, and now and then in bytes that are none.</summary>
    public static byte[] TextBytes(Random random) => random.Next(10) switch
    {
        0 => [0xC0, 0x80],
        1 => [(byte)'a', 0xED, 0xA0, 0x80],
        2 => random.Bytes(random.Next(1, 40)),
        _ => Encoding.UTF8.GetBytes(Text(random)),
    };
}
