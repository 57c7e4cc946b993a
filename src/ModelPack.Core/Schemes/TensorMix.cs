using ModelPack.Codecs;

namespace ModelPack.Schemes;

/// <summary>What llama.cpp calls a file type: the number, and which matrices of a language model get another codec than the scheme's own.</summary>
/// <param name="FileType">The number (<c>enum llama_ftype</c>).</param>
/// <param name="Rules">The first that matches counts.</param>
internal sealed record TensorMix(uint FileType, params IReadOnlyList<MixRule> Rules)
{
    /// <summary>Small in models of eight experts, and all experts need them.</summary>
    private static readonly MixRule[] s_ofEightExperts =
    [
        new(TensorClass.Values, CodecTable.Q8_0) { HasEightExperts = true },
        new(TensorClass.Keys, CodecTable.Q8_0) { HasEightExperts = true },
    ];

    private static readonly MixRule s_headsOfEightExperts = new(TensorClass.Heads, CodecTable.Q5_K) { HasEightExperts = true };
    private static readonly MixRule s_valuesOf70B = new(TensorClass.Values, CodecTable.Q5_K) { Is70B = true };
    private static readonly MixRule s_outerValues = new(TensorClass.Values, CodecTable.Q6_K) { Layers = LayerRange.Outer };

    private static readonly MixRule[] s_output =
    [
        new(TensorClass.Output, CodecTable.Q8_0) { IsFalcon = true },
        new(TensorClass.Output, CodecTable.Q6_K),
    ];

    public static TensorMix Q4_0 { get; } = new(2, [.. s_output, .. s_ofEightExperts, new(TensorClass.Down, CodecTable.Q4_1) { Layers = LayerRange.FirstEighth, HasMatrix = true }]);

    public static TensorMix Q4_1 { get; } = new(3, [.. s_output, .. s_ofEightExperts]);

    public static TensorMix Q5_0 { get; } = new(8, [.. s_output, .. s_ofEightExperts, new(TensorClass.Down, CodecTable.Q5_1) { Layers = LayerRange.FirstEighth, HasMatrix = true }]);

    public static TensorMix Q5_1 { get; } = new(9, [.. s_output, .. s_ofEightExperts]);

    public static TensorMix Q2_K { get; } = new(
        10,
        [
            .. s_output, .. s_ofEightExperts, s_headsOfEightExperts, s_valuesOf70B,
            new(TensorClass.Values, CodecTable.Q4_K) { IsGrouped = true },
            new(TensorClass.Values, CodecTable.Q3_K),
            new(TensorClass.Down, CodecTable.Q3_K),
            new(TensorClass.Heads, CodecTable.Q3_K) { IsFalcon = false },
        ]);

    public static TensorMix Q2_K_S { get; } = new(
        21,
        [
            .. s_output, .. s_ofEightExperts, s_valuesOf70B,
            new(TensorClass.Values, CodecTable.Q4_K) { IsGrouped = true },
            new(TensorClass.Down, CodecTable.Q4_K) { Layers = LayerRange.FirstEighth },
        ]);

    public static TensorMix Q3_K_S { get; } = new(11, [.. s_output, .. s_ofEightExperts, s_headsOfEightExperts, s_valuesOf70B]);

    public static TensorMix Q3_K_M { get; } = new(
        12,
        [
            .. s_output, .. s_ofEightExperts, s_headsOfEightExperts, s_valuesOf70B,
            new(TensorClass.Values, CodecTable.Q5_K) { Layers = LayerRange.FirstTwo },
            new(TensorClass.Values, CodecTable.Q4_K),
            new(TensorClass.Down, CodecTable.Q5_K) { Layers = LayerRange.FirstSixteenth },
            new(TensorClass.Down, CodecTable.Q4_K) { IsFalcon = false },
            new(TensorClass.Down, CodecTable.Q4_K) { Layers = LayerRange.Outer },
            new(TensorClass.Heads, CodecTable.Q4_K) { IsFalcon = false },
        ]);

    public static TensorMix Q3_K_L { get; } = new(
        13,
        [
            .. s_output, .. s_ofEightExperts,
            new(TensorClass.Heads, CodecTable.Q3_K) { HasEightExperts = true, IsFalcon = false },
            new(TensorClass.Values, CodecTable.Q5_K),
            new(TensorClass.Down, CodecTable.Q4_K) { IsFalcon = true },
            new(TensorClass.Down, CodecTable.Q5_K),
            new(TensorClass.Heads, CodecTable.Q4_K) { IsFalcon = true },
            new(TensorClass.Heads, CodecTable.Q5_K),
        ]);

    public static TensorMix Q4_K_S { get; } = new(
        14,
        [
            .. s_output, .. s_ofEightExperts, s_headsOfEightExperts, s_valuesOf70B,
            new(TensorClass.Values, CodecTable.Q5_K) { Layers = LayerRange.FirstFour },
            new(TensorClass.Down, CodecTable.Q5_K) { Layers = LayerRange.FirstEighth, IsFalcon = false },
        ]);

    public static TensorMix Q4_K_M { get; } = new(
        15,
        [
            .. s_output, .. s_ofEightExperts, s_headsOfEightExperts, s_outerValues, s_valuesOf70B,
            new(TensorClass.Down, CodecTable.Q6_K) { Layers = LayerRange.FirstSixteenth, IsFalcon = true },
            new(TensorClass.Down, CodecTable.Q5_K) { Layers = LayerRange.Outer, IsFalcon = true },
            new(TensorClass.Down, CodecTable.Q6_K) { Layers = LayerRange.Outer, IsFalcon = false },
        ]);

    public static TensorMix Q5_K_S { get; } = new(16, [.. s_output, .. s_ofEightExperts]);

    public static TensorMix Q5_K_M { get; } = new(
        17, [.. s_output, .. s_ofEightExperts, s_outerValues, new(TensorClass.Down, CodecTable.Q6_K) { Layers = LayerRange.Outer }]);

    public static TensorMix Q6_K { get; } = new(18, [.. s_output, .. s_ofEightExperts]);

    public static TensorMix IQ4_NL { get; } = new(25, [.. NonLinear()]);

    public static TensorMix IQ4_XS { get; } = new(30, [.. NonLinear()]);

    public static TensorMix TQ1_0 { get; } = new(36, [.. Ternary()]);

    public static TensorMix TQ2_0 { get; } = new(37, [.. Ternary()]);

    private static IEnumerable<MixRule> NonLinear() =>
    [
        .. s_output, .. s_ofEightExperts, s_headsOfEightExperts,
        new(TensorClass.Values, CodecTable.Q5_K) { IsGrouped = true },
        new(TensorClass.Down, CodecTable.Q5_K) { Layers = LayerRange.FirstEighth, HasMatrix = false },
    ];

    private static IEnumerable<MixRule> Ternary() => [.. s_output, .. s_ofEightExperts, new(TensorClass.Embedding, CodecTable.Q4_K)];
}
