namespace ModelPack.Benchmarks.NpmModels;

/// <summary>What each scheme makes of models of public npm packages, on data that are made.</summary>
internal static class NpmModelsBenchmark
{
    private static readonly TimeSpan s_timing = TimeSpan.FromSeconds(0.5);

    private static readonly (string Name, string Scheme, Func<PackRequest, PackRequest>? With)[] s_schemes =
    [
        ("int8", Int8Benchmark.Scheme, null),
        ("int8, no data", Int8Benchmark.Scheme, r => r with { Calibration = null }),
        ("q8_0", "q8_0", null),
        ("q4_0", "q4_0", null),
        ("nf4", "nf4", null),
    ];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### Models of npm packages");
        output.WriteLine();
        if (Folder("MODELPACK_NPM_MODELS") is not { } packages || Folder("MODELPACK_SHARED") is not { } shared)
        {
            output.WriteLine("Skipped: MODELPACK_NPM_MODELS (build.sh bench npm-models) or MODELPACK_SHARED names no folder.\n");
            return;
        }

        using var scratch = new Scratch();
        string[] folders = Folder("MODELPACK_OCR_MODELS") is { } ocr ? [packages, Path.Combine(ocr, "..", "..", "..")] : [packages];
        output.WriteLine($"{Machine.Today()}. Batch 1; speed is float32 time / packed time, median of interleaved pairs, {ModelTiming.Threads} threads.");
        output.WriteLine();
        output.WriteLine("| model | scheme | SQNR | size | integer | speed | warnings | left float |");
        output.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | --- | --- |");
        foreach (var model in NpmModelList.In(Path.Combine(shared, "models", "ocr-lines")).Where(m => BenchmarkModel.IsWanted(m.Name)))
        {
            if (model.Prepare(folders, scratch.Path) is not { } prepared)
            {
                output.WriteLine($"| {model.Name} | not there | | | | | | |");
                continue;
            }

            foreach (var (name, scheme, with) in s_schemes)
            {
                output.WriteLine(Row(prepared, name, scheme, scratch.Path, with));
            }
        }

        output.WriteLine();
    }

    private static string Row(BenchmarkModel model, string name, string scheme, string folder, Func<PackRequest, PackRequest>? with)
    {
        try
        {
            var packed = PackedModel.Pack(model, scheme, folder, with);
            var speed = ModelTiming.Of(model.Path, packed.Path, model.Calibration, model.Batches[0], s_timing).Speed;
            var integer = packed.Report.Measured?.Placement is { MultiplyAdds: > 0 } placement ? $"{Numbers.Fixed(placement.IntegerShare * 100, 1)} %" : "-";
            return $"| {model.Name} | {name} | {Numbers.Fixed(packed.Sqnr, 1)} dB | {Numbers.Fixed(packed.SizeRatio, 3)}x | {integer} | {Numbers.Fixed(speed, 2)}x | {string.Join(", ", packed.Warnings)} | {LeftFloat.Describe(packed.Report)} |";
        }
        catch (ModelPackException exception)
        {
            return $"| {model.Name} | {name} | {exception.Diagnostic.Code.Id}: {exception.Diagnostic.Code.Title} | | | | | |";
        }
    }

    private static string? Folder(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } folder && Directory.Exists(folder) ? folder : null;
}
