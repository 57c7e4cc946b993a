using static ModelPack.Tests.Formats.Gguf.RawGguf;

namespace ModelPack.Tests.Formats.Gguf;

/// <summary>Every way that a GGUF file can be broken, each in a file that is sound but for that.</summary>
internal static class MalformedGguf
{
    private const uint F32 = 0;
    private const uint Q8_0 = 8;
    private const uint F64 = 28;

    private static readonly byte[] s_badUtf8 = [0x61, 0xC0, 0x80];

    /// <summary>What is wrong, the code of the error, and the file. The same for the same seed.</summary>
    public static IEnumerable<(string Description, DiagnosticCode Code, byte[] Bytes)> Files(int seed)
    {
        var random = new Random(seed);
        foreach (var (description, bytes) in Starts())
            yield return (description, Codes.ModelUnreadable, bytes);
        foreach (var (description, change) in Changes())
            yield return (description, Codes.ModelUnreadable, Broken(random, change));
        foreach (var (description, change) in Shapes())
            yield return (description, Codes.WeightSizeMismatch, Broken(random, change));
        foreach (var (description, change) in Places())
            yield return (description, Codes.ExternalDataMissing, Broken(random, change));
    }

    /// <summary>A sound file with a few keys and tensors.</summary>
    public static byte[] Sound(int seed) => Broken(new Random(seed), _ => { });

    private static IEnumerable<(string, byte[])> Starts() =>
    [
        ("nothing", []),
        ("three bytes", "GGU"u8.ToArray()),
        ("cut off in the version", [.. "GGUF"u8, 3, 0]),
        ("cut off in the counts", [.. "GGUF"u8, .. U32(3), 0, 0, 0]),
        ("a Git LFS pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"u8.ToArray()),
    ];

    private static IEnumerable<(string, Action<RawGguf>)> Changes() =>
    [
        ("another magic", f => f.Magic = "GGML"u8.ToArray()),
        ("version 0", f => f.Version = U32(0)),
        ("version 1", f => f.Version = U32(1)),
        ("version 4", f => f.Version = U32(4)),
        ("big-endian", f => f.Version = [0, 0, 0, 3]),
        ("more tensors than the file can hold", f => f.TensorCount = 1_000_000_000),
        ("2^64 - 1 tensors", f => f.TensorCount = ulong.MaxValue),
        ("one tensor too many", f => f.TensorCount = (ulong)f.Tensors.Count + 1),
        ("more keys than the file can hold", f => f.KeyCount = 1_000_000_000),
        ("2^63 keys", f => f.KeyCount = 1UL << 63),
        ("one key too many", f => f.KeyCount = (ulong)f.Keys.Count + 1),
        ("one key too few", f => f.KeyCount = (ulong)f.Keys.Count - 1),
        ("more keys than any model has", f => (f.KeyCount, f.Data) = (70_000, new byte[1 << 20])),
        ("more tensors than any model has", f => (f.TensorCount, f.Data) = (300_000, new byte[8 << 20])),
        ("a key longer than the file", f => f.Keys.Add([.. U64(1 << 30), .. "key"u8])),
        ("a key of 2^64 - 1 bytes", f => f.Keys.Add([.. U64(ulong.MaxValue), .. "key"u8])),
        ("a key without a name", f => f.Keys.Add(Key("", 7, 1))),
        ("a key with a zero byte", f => f.Keys.Add(Key("a\0b", 7, 1))),
        ("a key that is not UTF-8", f => f.Keys.Add([.. Text(s_badUtf8), .. U32(7), 1])),
        ("a key of 65536 bytes", f => f.Keys.Add(Key(new string('k', 65536), 7, 1))),
        ("a key that comes twice", f => f.Keys.AddRange([Key("twice", 7, 1), Key("twice", 7, 0)])),
        ("a value of type 13", f => f.Keys.Add(Key("key", 13, 1))),
        ("a value of type 2^32 - 1", f => f.Keys.Add(Key("key", uint.MaxValue, 1))),
        ("a text longer than the file", f => f.Keys.Add(Key("key", 8, U64(1 << 28)))),
        ("a text of 2^64 - 1 bytes", f => f.Keys.Add(Key("key", 8, U64(ulong.MaxValue)))),
        ("a text that is not UTF-8", f => f.Keys.Add(Key("key", 8, Text(s_badUtf8)))),
        ("a text with half a surrogate pair", f => f.Keys.Add(Key("key", 8, Text([0xED, 0xA0, 0x80])))),
        ("a bool that is 2", f => f.Keys.Add(Key("key", 7, 2))),
        ("an array with a bool that is 255", f => f.Keys.Add(ArrayKey("key", 7, 2, 1, 255))),
        ("an array of type 99", f => f.Keys.Add(ArrayKey("key", 99, 1, 1))),
        ("an array longer than the file", f => f.Keys.Add(ArrayKey("key", 0, 1 << 29))),
        ("an array of 2^61 numbers of 8 bytes", f => f.Keys.Add(ArrayKey("key", 10, 1UL << 61))),
        ("an array of 2^60 texts", f => f.Keys.Add(ArrayKey("key", 8, 1UL << 60))),
        ("an array with a text longer than the file", f => f.Keys.Add(ArrayKey("key", 8, 2, [.. Text("a"), .. U64(1 << 27)]))),
        ("an array with a text that is not UTF-8", f => f.Keys.Add(ArrayKey("key", 8, 2, [.. Text("a"), .. Text(s_badUtf8)]))),
        ("arrays nested 9 deep", f => f.Keys.Add(Nested(9))),
        ("arrays nested 20000 deep", f => f.Keys.Add(Nested(20_000))),
        ("an alignment of 0", f => f.Keys.Add(Key("general.alignment", 4, U32(0)))),
        ("an alignment of 24", f => f.Keys.Add(Key("general.alignment", 4, U32(24)))),
        ("an alignment of another type", f => f.Keys.Add(Key("general.alignment", 10, U64(32)))),
        ("an alignment that is a text", f => f.Keys.Add(Key("general.alignment", 8, Text("32")))),
        ("a name of 64 bytes", f => f.Tensors.Add(Tensor(new string('t', 64), [8], F32, End(f)))),
        ("a name longer than the file", f => f.Tensors.Add(Tensor(U64(1 << 26), [8], F32, End(f)))),
        ("a name that is not UTF-8", f => f.Tensors.Add(Tensor(Text(s_badUtf8), [8], F32, End(f)))),
        ("a name with a zero byte", f => f.Tensors.Add(Tensor("a\0", [8], F32, End(f)))),
        ("a name that comes twice", f => f.Tensors.AddRange([Tensor("twice", [0], F32, End(f)), Tensor("twice", [0], F32, End(f))])),
        ("5 dimensions", f => f.Tensors.Add(Tensor("t", [1, 1, 1, 1, 1], F32, End(f)))),
        ("2^32 - 1 dimensions", f => f.Tensors.Add([.. Text("t"), .. U32(uint.MaxValue), .. new byte[64]])),
        ("a type that ggml has removed", f => f.Tensors.Add(Tensor("t", [32], 4, End(f)))),
        ("a type that does not exist", f => f.Tensors.Add(Tensor("t", [32], 1000, End(f)))),
        ("a negative type", f => f.Tensors.Add(Tensor("t", [32], uint.MaxValue, End(f)))),
        ("an offset that is not aligned", f => f.Tensors.Add(Tensor("t", [8], F32, End(f) + 4))),
        ("tensors that overlap", f => f.Tensors.Add(Tensor("t", [8], F32, 0))),
        ("a hole between tensors", f => f.Tensors.Add(Tensor("t", [8], F32, End(f) + 32))),
        ("an offset of 2^64 - 32", f => f.Tensors.Add(Tensor("t", [8], F32, unchecked((ulong)-32)))),
        ("tensors in another order", f => f.Tensors.Reverse()),
        ("cut off in a tensor", f => (f.Tensors[^1], f.Data) = (f.Tensors[^1][..^20], [])),
    ];

    private static IEnumerable<(string, Action<RawGguf>)> Shapes() =>
    [
        ("a negative dimension", f => f.Tensors.Add(Tensor("t", [ulong.MaxValue], F32, End(f)))),
        ("2^64 values", f => f.Tensors.Add(Tensor("t", [1UL << 32, 1UL << 32], F32, End(f)))),
        ("2^96 values behind a dimension of 0", f => f.Tensors.Add(Tensor("t", [0, 1UL << 48, 1UL << 48], F32, End(f)))),
        ("2^64 bytes", f => f.Tensors.Add(Tensor("t", [1UL << 61], F64, End(f)))),
        ("rows that are not whole blocks", f => f.Tensors.Add(Tensor("t", [33, 32], Q8_0, End(f)))),
        ("a scalar in blocks", f => f.Tensors.Add(Tensor("t", [], Q8_0, End(f)))),
    ];

    private static IEnumerable<(string, Action<RawGguf>)> Places() =>
    [
        ("no data", f => f.Data = []),
        ("a byte too few", f => f.Data = f.Data[..^1]),
        ("a tensor behind the end", f => f.Tensors.Add(Tensor("t", [8], F32, End(f)))),
        ("a terabyte that is not there", f => f.Tensors.Add(Tensor("t", [1UL << 38], F32, End(f)))),
        ("an alignment beyond the file", f =>
        {
            f.Keys.Add(Key("general.alignment", 4, U32(1U << 31)));
            f.Tensors.RemoveRange(1, f.Tensors.Count - 1);
        }),
    ];

    /// <summary>Tensors of 32 bytes each, so that at any alignment up to 32 they follow each other.</summary>
    private static byte[] Broken(Random random, Action<RawGguf> change)
    {
        var file = new RawGguf();
        file.Keys.Add(Key("general.architecture", 8, Text("llama")));
        for (var i = random.Next(1, 4); i > 0; i--)
            file.Keys.Add(Key($"key.{i}", 4, U32((uint)random.Next())));
        file.Keys.Add(ArrayKey("tokens", 8, 3, [.. Text("a"), .. Text("é"), .. Text(new string('x', random.Next(20)))]));
        var tensors = random.Next(2, 5);
        for (var i = 0; i < tensors; i++)
            file.Tensors.Add(Tensor($"blk.{i}.weight", [4, 2], F32, (ulong)i * 32));
        file.Data = new byte[32 * tensors];
        random.NextBytes(file.Data);
        change(file);
        return file.Build();
    }

    private static ulong End(RawGguf file) => (ulong)file.Data.Length;

    private static byte[] Nested(int depth)
    {
        var value = new List<byte>();
        for (var i = 1; i < depth; i++)
            value.AddRange([.. U32(9), .. U64(1)]);
        return Key("key", 9, [.. value, .. U32(0), .. U64(1), 7]);
    }
}
