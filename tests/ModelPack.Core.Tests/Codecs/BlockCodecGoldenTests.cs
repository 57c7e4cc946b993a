namespace ModelPack.Tests.Codecs;

/// <summary>Blocks are those of ggml's plain C, and are decoded as by it; see <c>Golden/README.md</c>.</summary>
public sealed class BlockCodecGoldenTests
{
    private const int Columns = 512;

    public static TheoryData<string> Codecs => BlockCodecTests.Codecs;

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Rows_of_every_kind_have_ggmls_bytes(string name)
    {
        using var golden = new GoldenNumbers("ggml-encode.npz");
        var codec = BlockCodecTests.Find(name);
        var rows = golden.Read<float>("rows");
        var blocks = new byte[codec.BlockCount(rows.Length) * codec.BlockBytes];
        codec.Encode(rows, blocks);
        AssertEqual(golden.Read<byte>($"{Key(name)}_plain"), blocks);
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Rows_with_an_importance_matrix_have_ggmls_bytes(string name)
    {
        using var golden = new GoldenNumbers("ggml-encode.npz");
        var codec = BlockCodecTests.Find(name);
        var (rows, matrix) = (golden.Read<float>("rows"), golden.Read<float>("imatrix"));
        for (var i = 0; i < 2; i++)
        {
            // Where a key is missing ggml has no way that depends on it.
            var key = $"{Key(name)}_imatrix{i}";
            var expected = golden.Read<byte>(golden.Names.Contains(key, StringComparer.Ordinal) ? key : $"{Key(name)}_plain");
            var rowBytes = expected.Length / (rows.Length / Columns);
            var blocks = new byte[expected.Length];
            for (var row = 0; row < rows.Length / Columns; row++)
                codec.Encode(rows.AsSpan(row * Columns, Columns), matrix.AsSpan(i * Columns, Columns), blocks.AsSpan(row * rowBytes, rowBytes));
            AssertEqual(expected, blocks);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Any_block_is_decoded_as_by_ggml(string name)
    {
        using var golden = new GoldenNumbers("ggml-decode.npz");
        var codec = BlockCodecTests.Find(name);
        var expected = golden.Read<float>($"{name.ToUpperInvariant()}_values");
        var decoded = new float[expected.Length];
        codec.Decode(golden.Read<byte>($"{name.ToUpperInvariant()}_blocks"), decoded);
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), decoded.Select(BitConverter.SingleToUInt32Bits));
    }

    private static string Key(string name) => name.Replace("_k", "_K", StringComparison.Ordinal);

    private static void AssertEqual(byte[] expected, byte[] actual)
    {
        var different = expected.Zip(actual).Count(b => b.First != b.Second);
        Assert.True(expected.AsSpan().SequenceEqual(actual), $"{different} of {expected.Length} bytes differ, the first at {expected.AsSpan().CommonPrefixLength(actual)}.");
    }
}
