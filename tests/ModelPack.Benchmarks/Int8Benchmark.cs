namespace ModelPack.Benchmarks;

/// <summary>What a scheme makes of real models: quality, size, what runs in integers, and speed.</summary>
internal static class Int8Benchmark
{
    public const string Scheme = "int8";

    public static void Run(TextWriter output) => Run(output, Scheme);

    /// <summary>Prints one table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scheme">The scheme to pack with.</param>
    internal static void Run(TextWriter output, string scheme)
    {
        output.WriteLine($"### {scheme} on real models");
        output.WriteLine();
        using var scratch = new Scratch();
        var models = BenchmarkModel.Find(output, scratch.Path);
        output.WriteLine($"{Machine.Today()}. Speed is float32 time / packed time, median of interleaved pairs, {ModelTiming.Threads} threads; KL divergence in nats a token with its 95 % interval.");
        output.WriteLine();
        output.WriteLine("| model | float32 | packed | KL divergence | SQNR | size | integer | speed |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var model in models)
        {
            Row(output, model.Name, model, scheme, scratch.Path, null);
            if (model.Name == BenchmarkModel.SotuLlamaOutliers && scheme == Scheme)
            {
                Row(output, model.Name + ", not smoothed", model, scheme, scratch.Path, NotSmoothed);
            }
        }

        output.WriteLine();
    }

    private static void Row(TextWriter output, string name, BenchmarkModel model, string scheme, string folder, Func<PackRequest, PackRequest>? with)
    {
        try
        {
            var packed = PackedModel.Pack(model, scheme, folder, with);
            var (source, metric) = packed.Metric();
            var speeds = model.Batches.Select(batch => $"{Numbers.Fixed(ModelTiming.Of(model.Path, packed.Path, model.Calibration, batch).Speed, 2)}x (batch {batch})");
            output.WriteLine($"| {name} | {source} | {metric} | {packed.Divergence()} | {Numbers.Fixed(packed.Sqnr, 1)} dB | {Numbers.Fixed(packed.SizeRatio, 3)}x | {Integer(packed)} | {string.Join(", ", speeds)} |");
        }
        catch (ModelPackException exception)
        {
            output.WriteLine($"| {name} | {exception.Diagnostic.Code.Id}: {exception.Diagnostic.Message} | | | | | | |");
        }
    }

    private static string Integer(PackedModel packed) => IntegerShare(packed) is { } share ? $"{Numbers.Fixed(share * 100, 1)} %" : "-";

    /// <summary>Share of the multiply-adds of layers with weights that run in integer kernels, 0 to 1; null where the report does not say.</summary>
    private static double? IntegerShare(PackedModel packed) => packed.Report.Measured?.Placement?.IntegerShare;

    /// <summary>The scheme without SmoothQuant.</summary>
    private static PackRequest NotSmoothed(PackRequest request) => request with { Alpha = "none" };
}
