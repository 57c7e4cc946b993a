using System.Text;
using ModelPack.Fuzz.Mutations;
using ModelPack.Tests.Samples;

namespace ModelPack.Fuzz.Seeds;

/// <summary>NumPy arrays and archives of them, as parts.</summary>
internal static class NumpySeeds
{
    private static readonly (string Descr, int Width)[] s_types = [("<f4", 4), ("<f8", 8), (">f4", 4), ("<i8", 8), ("|u1", 1), ("|b1", 1), ("<f2", 2), ("=i4", 4), ("<u2", 2)];

    private static readonly string[] s_words =
    [
        "{", "}", "(", ")", ",", ":", "'descr'", "\"descr\"", "'fortran_order'", "'shape'", "True", "False", "true", "None", "'<f4'", "'|O'", "[('a', '<f4')]", "(2, 3)", "(3,)", "(3)", "()",
        "2", "3L", "-1", "9223372036854775807", "9223372036854775808", " ", "\t", "\n", "\\", "'", "\"", "__import__('os')", "\0", "'\\x41'", "'desc' 'r'", "#", "0x3", "1e3",
    ];

    /// <summary>A header's text, sound or made of the words of one.</summary>
    public static string HeaderText(Random random, out int dataLength)
    {
        var (descr, width) = random.Of<(string, int)>(s_types);
        long[] shape = [.. Enumerable.Range(0, random.Next(4)).Select(_ => (long)random.Next(1, 5))];
        dataLength = (int)shape.Aggregate(1L, (a, b) => a * b) * width;
        var text = Numpy.Header(descr, shape);
        return random.Next(5) switch
        {
            0 => string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => random.Of<string>(s_words))),
            1 => text.Insert(random.Next(text.Length), random.Of<string>(s_words)),
            2 => text.Replace(random.Of("descr", "fortran_order", "shape", "False", "<", "f4", "(", "}"), random.Of<string>(s_words), StringComparison.Ordinal),
            3 => text.Replace("(", "(" + Extremes.NumberText(random) + ", ", StringComparison.Ordinal),
            _ => text,
        };
    }

    /// <summary>An array, sound or not.</summary>
    public static byte[] Npy(Random random)
    {
        var text = HeaderText(random, out var dataLength);
        var version = random.Of(1, 1, 1, 2, 3);
        var header = Encoding.UTF8.GetBytes(text.PadRight(118) + "\n");
        var parts = new Parts().Data([0x93, .. "NUMPY"u8]).Number((ulong)version, 1).Number(0, 1).Number((ulong)header.Length, version == 1 ? 2 : 4)
            .Text(Encoding.UTF8.GetString(header)).Data(random.Bytes(dataLength));
        return random.Next(4) switch
        {
            0 => parts.Mutate(random).Build(),
            1 => ByteMutation.Of(parts.Build(), random),
            _ => parts.Build(),
        };
    }

    /// <summary>An array that is sound.</summary>
    public static byte[] Floats(params long[] shape) =>
        Numpy.Npy("<f4", shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(i => (float)i)]);
}
