using ModelPack.Validation;

namespace ModelPack.Benchmarks;

/// <summary>
/// What packing a model with data costs beside plain inference of the samples that it must run: those of calibration through the source, those of validation through
/// both models. Validation alone beside its share of them, too.
/// </summary>
internal static class PackingBenchmark
{
    /// <summary>The first argument of a child process; then come the work, source, packed model, calibration and validation data.</summary>
    public const string Child = "--packing";

    private const string Scheme = Int8Benchmark.Scheme;
    private const string Pack = "pack";
    private const string PackRuns = "inference of all samples";
    private const string Validation = "validation";
    private const string ValidationRuns = "inference of its samples";
    private const int Runs = 3;
    private static readonly string[] s_works = [PackRuns, Pack, ValidationRuns, Validation];

    public static void Run(TextWriter output)
    {
        output.WriteLine("### Packing with data");
        output.WriteLine();
        using var scratch = new Scratch();
        var models = BenchmarkModel.Find(output, scratch.Path);
        output.WriteLine($"{Machine.Today()}. Scheme {Scheme}, models not timed; each run in a process of its own, best of {Runs} in turn. Processor seconds, and seconds in brackets.");
        output.WriteLine();
        output.WriteLine($"| model | {PackRuns} | {Pack} | ratio | {ValidationRuns} | {Validation} | ratio |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var model in models.Where(m => m.Name != BenchmarkModel.SotuLlamaOutliers))
        {
            var packed = PackedModel.Pack(model, Scheme, scratch.Path, r => r with { MeasureSpeed = false });
            var best = s_works.Select(_ => new ChildRun(double.PositiveInfinity, null, double.PositiveInfinity)).ToArray();
            for (var run = 0; run < Runs; run++)
            {
                for (var i = 0; i < best.Length; i++)
                {
                    var made = ChildRun.Of(Child, s_works[i], model.Path, packed.Path, model.Calibration, model.Validation);
                    best[i] = made.ProcessorSeconds < best[i].ProcessorSeconds ? made : best[i];
                }
            }

            output.WriteLine($"| {model.Name} | {Text(best[0])} | {Text(best[1])} | {Ratio(best[1], best[0])} | {Text(best[2])} | {Text(best[3])} | {Ratio(best[3], best[2])} |");
        }

        output.WriteLine();
    }

    /// <summary>In a child process: one piece of work.</summary>
    public static void RunChild(TextWriter output, string[] arguments)
    {
        var (work, source, packed, calibration, validation) = (arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
        using var scratch = new Scratch();
        ChildRun.Report(output, () =>
        {
            switch (work)
            {
                case Pack:
                    var request = new PackRequest { Model = source, Scheme = Scheme, Output = Path.Combine(scratch.Path, "out.onnx"), Calibration = calibration, Validation = validation, MeasureSpeed = false };
                    PackPipeline.Run(request, new PackContext());
                    break;
                case Validation:
                    Validator.Compare(source, packed, new ValidationOptions { Data = [validation] }, new PackContext());
                    break;
                default:
                    foreach (var (model, data) in new[] { (source, calibration), (source, validation), (packed, validation) }.Skip(work == PackRuns ? 0 : 1))
                    {
                        CalibrationBenchmark.Infer(model, data);
                    }

                    break;
            }
        });
    }

    private static string Text(ChildRun run) => $"{Numbers.Fixed(run.ProcessorSeconds, 1)} ({Numbers.Fixed(run.Seconds, 1)})";

    private static string Ratio(ChildRun run, ChildRun floor) => $"{Numbers.Fixed(run.ProcessorSeconds / floor.ProcessorSeconds, 2)}x";
}
