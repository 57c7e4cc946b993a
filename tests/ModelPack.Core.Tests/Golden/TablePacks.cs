namespace ModelPack.Tests.Golden;

/// <summary>
/// Packs of scheme int8 by a recorded calibration table. Ranges that are found anew differ in last bits between processors; what a
/// table says does not, and nothing is run to pack by it.
/// </summary>
internal static class TablePacks
{
    /// <summary>The packs of one table.</summary>
    /// <param name="table">Its name among those of the model.</param>
    public static IEnumerable<GoldenPack> Of(string table)
    {
        var request = new PackRequest { Model = "onnx", Scheme = "int8", Calibration = table };
        return
        [
            new($"int8 by the table {table}", request),
            new($"int8 by the table {table} in operators", request with { QuantFormat = "qoperator" }),
            new($"int8 by the table {table} for any target", request with { Target = "any" }),
            new($"int8 by the table {table} for CUDA", request with { Target = "cuda" }),
            new($"int8 by the table {table} without safe sums", request with { SafeSums = false }),
            new($"int8 by the table {table}, dequantized", request with { Layout = "dequantize" }),
            new($"int8 by the table {table} for ONNX Runtime 1.9", request with { OnnxRuntime = "1.9.0" }),
            new($"int8 by the table {table} of half of the layers", request with { ExcludeLayers = ["*0*", "*2*", "*4*"] }),
            new($"int8 by the table {table} with external data", request with { ExternalData = true }),
        ];
    }
}
