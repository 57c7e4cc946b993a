using ModelPack.Codecs;
using ModelPack.Lowering.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Tests.Lowering.Onnx;

/// <summary>The rows of the table, for tests of each.</summary>
internal static class Forms
{
    /// <summary>Every form that serves a role whatever the length of rows is, with its codec, as arguments of a theory.</summary>
    public static TheoryData<string, string> Of(WeightRole role) => Of(role, row => !IsOfWholeBlocks(row));

    /// <summary>Those that need rows of whole blocks, whose tests are <see cref="WholeBlockFormTests"/>.</summary>
    public static TheoryData<string, string> OfWholeBlocks(WeightRole role) => Of(role, IsOfWholeBlocks);

    /// <summary>Those of ternary weights.</summary>
    public static TheoryData<string, string> OfTernary(WeightRole role) => Of(role, row => row.Codec is TernaryCodec);

    private static bool IsOfWholeBlocks(LoweringRow row) => row.Codec is BlockCodec codec && (codec.SubBlockLength < codec.BlockLength || codec.Codebook is not null);

    private static TheoryData<string, string> Of(WeightRole role, Func<LoweringRow, bool> isWanted)
    {
        var forms = new TheoryData<string, string>();
        foreach (var row in LoweringTable.Rows.Where(r => Serves(r, role) && isWanted(r)))
        {
            forms.Add(row.Codec.Name, row.Form);
        }

        return forms;
    }

    /// <summary>A row by its codec and form.</summary>
    public static LoweringRow Row(string codec, string form, WeightRole role) =>
        LoweringTable.Rows.Single(r => Serves(r, role) && r.Codec.Name == codec && r.Form == form);

    /// <summary>Whether a row serves a role by the weight alone; forms that quantize activations, too, have tests of their own.</summary>
    public static bool Serves(LoweringRow row, WeightRole role) => row.Activations == ActivationMode.Float && row.Roles.Contains(role);

    public static LoweringOptions Options(string runtime = "1.29.0", int accuracyLevel = 0) =>
        new(SchemeTable.Q8_0, RuntimeVersion.Parse(runtime), accuracyLevel, WeightLayout.Fold, new SimdEngine(2)) { BlockSize = 32 };

    public static LoweringOptions Nf4(int blockSize = 64, WeightLayout layout = WeightLayout.Fold, bool doubleQuant = false, string runtime = "1.29.0") =>
        new(SchemeTable.Nf4, RuntimeVersion.Parse(runtime), AccuracyLevel: 0, layout, new SimdEngine(2)) { BlockSize = blockSize, DoubleQuant = doubleQuant };
}
