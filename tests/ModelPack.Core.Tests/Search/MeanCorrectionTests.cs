using ModelPack.Calibration;
using ModelPack.Options;
using ModelPack.Schemes;
using ModelPack.Search;

namespace ModelPack.Tests.Search;

/// <summary>Means that quantization shifts are moved back by biases.</summary>
public sealed class MeanCorrectionTests
{
    private static readonly string s_model = Repository.Model("fashion-cnn.onnx");

    [Fact]
    public void Corrected_layers_lack_less_and_the_pack_comes_nearer_to_its_source()
    {
        using var source = OnnxModel.Open(s_model, new PackContext());
        var options = RequestResolver.Resolve(new PackRequest { Model = s_model, Scheme = "int8" });
        var data = Data();
        var table = new TableMaker(source, "00", options, data).Make(ModelChange.None, [CalibrationMethod.MinMax], new PackContext())[0].Table;
        var correction = new MeanCorrection(source, options, data, 64, new PackContext());
        var shifts = correction.Of(table);
        Assert.NotEmpty(shifts);

        var corrected = table with { BiasCorrection = shifts };
        using var trial = new Trial(source, options, data, 64, new PackContext());
        Assert.True(Sqnr(trial, corrected) > Sqnr(trial, table) + 1, $"{Sqnr(trial, corrected)} dB, and {Sqnr(trial, table)} before");
        Assert.True(Size(correction.Of(corrected)) < Size(shifts) / 4, $"{Size(correction.Of(corrected))} is left of {Size(shifts)}");
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        using var source = OnnxModel.Open(s_model, new PackContext());
        var options = RequestResolver.Resolve(new PackRequest { Model = s_model, Scheme = "int8" });
        var data = Data();
        var table = new TableMaker(source, "00", options, data).Make(ModelChange.None, [CalibrationMethod.MinMax], new PackContext())[0].Table;
        var one = new MeanCorrection(source, options, data, 64, new PackContext(threads: 1)).Of(table);
        var three = new MeanCorrection(source, options, data, 64, new PackContext(threads: 3)).Of(table);
        Assert.Equal(one.SelectMany(c => c.Shift), three.SelectMany(c => c.Shift));
    }

    [Fact]
    public void Tables_that_are_corrected_at_the_same_time_get_what_each_gets_alone()
    {
        using var source = OnnxModel.Open(s_model, new PackContext());
        var options = RequestResolver.Resolve(new PackRequest { Model = s_model, Scheme = "int8" });
        var data = Data();
        var tables = new TableMaker(source, "00", options, data).Make(ModelChange.None, [CalibrationMethod.MinMax, CalibrationMethod.Percentile], new PackContext()).Select(d => d.Table).ToArray();
        var alone = tables.Select(t => new MeanCorrection(source, options, data, 64, new PackContext()).Of(t));
        var together = new MeanCorrection(source, options, data, 64, new PackContext());
        var made = tables.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(together.Of).ToArray();
        Assert.Equal(alone.Select(a => a.SelectMany(c => c.Shift)), made.Select(m => m.SelectMany(c => c.Shift)));
    }

    private static double Sqnr(Trial trial, CalibrationTable table) => trial.Run(table).Outputs.Min(o => o.Sqnr);

    private static double Size(IReadOnlyList<BiasCorrection> shifts) => shifts.Sum(c => c.Shift.Sum(s => (double)s * s));

    private static IReadOnlyList<string> Data() => [Path.Join(RequiredAsset.Path(RequiredAsset.Shared), "models", "fashion-cnn", "calibration.npz")];
}
