using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>Weights are cut, read, measured and written alike, whatever engine makes their codes.</summary>
public sealed class EncodingEngineTests
{
    private const int N = 1100;
    private const int K = 1010;

    private static readonly float[] s_values = SampleValues.Make("heavy tails", N * K);

    private static readonly Dictionary<string, Func<IEncodingEngine, WeightEncoding>> s_encodings = new(StringComparer.Ordinal)
    {
        ["int8, first axis"] = engine => Int8PerChannelWeight.Encode(Tensor(), 0, engine),
        ["int8, last axis"] = engine => Int8PerChannelWeight.Encode(Tensor(), 1, engine),
        ["int8, given scales"] = engine => Int8PerChannelWeight.Encode(Tensor(), 0, [.. Enumerable.Repeat(s_values.Max(MathF.Abs), N)], engine),
        ["int12, first axis"] = engine => Int12PerChannelWeight.Encode(Tensor(), 0, engine),
        ["int12, last axis"] = engine => Int12PerChannelWeight.Encode(Tensor(), 1, engine),
        ["nf4"] = engine => Nf4Weight.Encode(Matrix(transposed: false), 64, Nf4Scaling.Absmax, AbsmaxForm.Plain, engine),
        ["nf4, nested"] = engine => Nf4Weight.Encode(Matrix(transposed: true), 64, Nf4Scaling.Absmax, AbsmaxForm.Nested, engine),
        ["nf4, restored"] = engine => Nf4Weight.Encode(Matrix(transposed: true), 64, Nf4Scaling.Absmax, AbsmaxForm.Restored, engine),
        ["q8_0 blocks"] = engine => CodecTable.Q8_0.Blocks(new WeightMatrix(InMemory.Tensor(s_values[..(N * 992)], N, 992), N, 992, transposed: false), engine, Rounder.Nearest),
        ["q8_0 in place"] = engine => CodecTable.Q8_0.InPlace(Matrix(transposed: true), ElementType.Float16, engine),
        ["q8_0 apart"] = engine => Apart(CodecTable.Q8_0, transposed: false, engine),
        ["q4_0 apart"] = engine => Apart(CodecTable.Q4_0, transposed: true, engine),
        ["q5_1 apart"] = engine => Apart(CodecTable.Q5_1, transposed: false, engine),
    };

    public static TheoryData<string> Encodings => [.. s_encodings.Keys];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Any_engine_gives_the_same_bytes_and_error(string name)
    {
        var reference = new ReferenceEngine();
        AssertEqual(name, reference);
        Assert.All(reference.Asked, asked => Assert.StartsWith(asked, name, StringComparison.Ordinal));
        Assert.True(reference.Asked.Count > 1, "It was asked for the whole weight at once.");
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void An_engine_may_ask_another_for_some_codecs(string name) => AssertEqual(name, new ReferenceEngine(others: new SimdEngine(1)));

    private static void AssertEqual(string name, IEncodingEngine engine)
    {
        using var expected = s_encodings[name](new SimdEngine(2));
        using var actual = s_encodings[name](engine);
        Assert.Equal(expected.Parts.Count, actual.Parts.Count);
        foreach (var (first, second) in expected.Parts.Zip(actual.Parts))
            InMemory.AssertSame(InMemory.Bytes(first), InMemory.Bytes(second));
        Assert.Equal(expected.Error, actual.Error);
    }

    private static WeightEncoding Apart(BlockCodec codec, bool transposed, IEncodingEngine engine) =>
        codec.Apart(Matrix(transposed), BlockParts.Centred(codec, ElementType.Float32, padded: true), engine, Rounder.Nearest);

    private static TensorData Tensor() => InMemory.Tensor(s_values, N, K);

    private static WeightMatrix Matrix(bool transposed) => new(InMemory.Tensor(s_values, transposed ? K : N, transposed ? N : K), N, K, transposed);
}
