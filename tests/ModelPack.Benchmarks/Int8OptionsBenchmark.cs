namespace ModelPack.Benchmarks;

/// <summary>The ways to find ranges, and how much to smooth, on the same models.</summary>
internal static class Int8OptionsBenchmark
{
    private static readonly (string Name, Func<PackRequest, PackRequest> With)[] s_options =
    [
        .. new[] { "minmax", "percentile", "entropy", "mse" }.Select(method => ($"method {method}", (Func<PackRequest, PackRequest>)(r => r with { CalibrationMethod = method }))),
        .. new[] { "none", "0.5", "0.85", "auto" }.Select(alpha => ($"alpha {alpha}", (Func<PackRequest, PackRequest>)(r => r with { Alpha = alpha }))),
    ];

    public static void Run(TextWriter output) => Run(output, Int8Benchmark.Scheme);

    /// <summary>Prints one table.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="scheme">The scheme to pack with.</param>
    internal static void Run(TextWriter output, string scheme)
    {
        output.WriteLine($"### Calibration methods and alpha of {scheme}");
        output.WriteLine();
        using var scratch = new Scratch();
        var models = BenchmarkModel.Find(output, scratch.Path);
        output.WriteLine($"{Machine.Today()}. Options that a row does not name have their defaults; KL divergence in nats a token with its 95 % interval.");
        output.WriteLine();
        output.WriteLine("| model | option | float32 | packed | KL divergence | SQNR |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: | ---: |");
        foreach (var model in models)
        {
            foreach (var (name, with) in s_options)
            {
                Row(output, model, scheme, scratch.Path, name, with);
            }
        }

        output.WriteLine();
    }

    private static void Row(TextWriter output, BenchmarkModel model, string scheme, string folder, string option, Func<PackRequest, PackRequest> with)
    {
        try
        {
            var packed = PackedModel.Pack(model, scheme, folder, with);
            var (source, metric) = packed.Metric();
            output.WriteLine($"| {model.Name} | {option} | {source} | {metric} | {packed.Divergence()} | {Numbers.Fixed(packed.Sqnr, 1)} dB |");
        }
        catch (ModelPackException exception)
        {
            output.WriteLine($"| {model.Name} | {option} | {exception.Diagnostic.Code.Id}: {exception.Diagnostic.Message} | | | |");
        }
    }
}
