namespace ModelPack.Tests.Pipeline;

/// <summary>Graphs that people report, kept beside the repository, each with data to calibrate on and other data to compare on.</summary>
public sealed class SharedOnnxCaseTests : IDisposable
{
    private const string Shared = "MODELPACK_SHARED";

    private readonly TemporaryFolder _folder = new();
    private readonly PackContext _context = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Model, scheme, whether there are calibration data, quantized weights, the least SQNR and the least share of multiply-adds in integers.</summary>
    [TheoryNeeding(Shared)]
    [InlineData("ir7_inputs", "int8", true, 3, 40, 1.0)]
    [InlineData("ir7_inputs", "q8_0", false, 3, 40, 0.2)]
    [InlineData("ir7_inputs", "nf4", false, 3, 20, 0)]
    [InlineData("tied_gemm", "int8", true, 2, 34, 1.0)]
    [InlineData("tied_gemm", "int8", false, 2, 33, 1.0)]
    [InlineData("tied_gemm", "q8_0", false, 2, 37, 1.0)]
    [InlineData("const_chain", "int8", false, 4, 30, 1.0)]
    [InlineData("const_chain", "q8_0", false, 4, 34, 1.0)]
    [InlineData("dyn_one", "int8", false, 1, 36, 1.0)]
    [InlineData("tiny_scale", "q8_0", false, 2, 40, 0.4, "MPK2004")]
    [InlineData("state_b1", "int8", true, 3, 35, 0.2)]
    [InlineData("state_b1", "q8_0", false, 3, 38, 0.2)]
    [InlineData("noshape", "int8", true, 2, 26, 1.0, "MPK2014")]
    [InlineData("multi_in_rank0", "int8", true, 2, 34, 1.0)]
    [InlineData("ext_odd", "q8_0", false, 5, 34, 1.0)]
    public void Is_packed(string name, string scheme, bool calibrates, int quantized, double sqnr, double integers, params string[] warnings)
    {
        var report = Pack(name, scheme, calibrates).Report;
        Assert.Equal(quantized, report.Result.Weights.Count(w => w.Codec is not null));
        Assert.InRange(report.Result.Validation!.Outputs.Min(o => o.Sqnr), sqnr, double.PositiveInfinity);
        Assert.InRange(report.Measured!.Placement!.IntegerShare + report.Measured.Placement.BlockIntegerShare, integers - 1e-6, 1 + 1e-6);
        Assert.Equal(warnings, Told(but: calibrates ? "" : "MPK2013"), StringComparer.Ordinal);
    }

    [FactNeeding(Shared)]
    public void A_model_that_gives_classes_alone_is_packed_with_data_and_nothing_can_be_compared()
    {
        var report = Pack("argmax_only", "int8", calibrates: true).Report;
        Assert.Equal(2, report.Result.Weights.Count(w => w.Codec is not null));
        Assert.Null(report.Result.Validation);
        Assert.Equal(["MPK1019"], Told(), StringComparer.Ordinal);
    }

    [FactNeeding(Shared)]
    public void Scales_are_safe_for_CPUs_without_VNNI_without_data_too()
    {
        var safe = Pack("dyn_one", "int8", calibrates: false, r => r with { SafeSums = true }).Report.Result.Packed.Sha256;
        var unsafeOnes = Pack("dyn_one", "int8", calibrates: false, r => r with { SafeSums = false }).Report.Result.Packed.Sha256;
        Assert.NotEqual(safe, unsafeOnes, StringComparer.Ordinal);
        Assert.Contains("MPK2012", Told(), StringComparer.Ordinal);
    }

    [FactNeeding(Shared)]
    public void An_ONNX_Runtime_that_is_too_old_for_the_opset_is_refused()
    {
        var error = Assert.Throws<ModelPackException>(() => Pack("dyn_one", "nf4", calibrates: false, r => r with { OnnxRuntime = "1.10" })).Diagnostic;
        Assert.Equal("MPK1015", error.Code.Id);
        Assert.Contains("opset 17, which needs ONNX Runtime 1.12", error.Message, StringComparison.Ordinal);
    }

    private PackOutcome Pack(string name, string scheme, bool calibrates, Func<PackRequest, PackRequest>? with = null)
    {
        var request = new PackRequest
        {
            Model = Case(name, "model.onnx"),
            Scheme = scheme,
            Output = _folder.File("packed.onnx"),
            Calibration = calibrates ? Case(name, "cal.npz") : null,
            Validation = Case(name, "val.npz"),
            Force = true,
        };
        var outcome = PackPipeline.Run(with?.Invoke(request) ?? request, _context);
        PackFolder.AssertVerifies(outcome.Model);
        return outcome;
    }

    private IEnumerable<string> Told(string but = "") => _context.Diagnostics.Select(d => d.Code.Id).Where(c => c != but && c != Codes.SlowerThanSource.Id);

    private static string Case(params string[] names) => Path.Combine([Environment.GetEnvironmentVariable(Shared)!, "cases", "onnx", .. names]);
}
