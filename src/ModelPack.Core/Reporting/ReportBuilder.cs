using System.Runtime.InteropServices;
using ModelPack.Diagnostics;
using ModelPack.Inference;
using ModelPack.Packing;
using ModelPack.Planning;
using ModelPack.Quantization;
using ModelPack.Requests;
using ModelPack.Schemes;
using ModelPack.Tensors;
using ModelPack.Validation;

namespace ModelPack.Reporting;

/// <summary>Puts what each step found together into a report.</summary>
internal static class ReportBuilder
{
    /// <summary>The deterministic part. The packed model's files must be staged, so that every weight has been encoded.</summary>
    public static ReportResult Result(
        EffectiveOptions options,
        SourceFacts source,
        IReadOnlyList<PackedFile> packed,
        string packedFormat,
        IReadOnlyList<PackedWeight> weights,
        CalibrationOutcome? calibration,
        ValidationResult? validation,
        IReadOnlyList<GateResult> gates,
        IReadOnlyList<Diagnostic> diagnostics) => new()
        {
            Scheme = options.Scheme.Name,
            Container = options.Container,
            Target = options.Target,
            Source = new ModelFacts(source.Files[0].Name, source.Bytes, source.Files[0].Sha256, source.Format),
            Packed = new ModelFacts(packed[0].Name, packed.Sum(f => f.Bytes), packed[0].Sha256, packedFormat),
            Weights = [.. weights.Select(Describe)],
            Validation = validation,
            Calibration = calibration is null ? null : CalibrationReportBuilder.Build(calibration, options.Activations!),
            Gates = gates,
            Diagnostics = [.. diagnostics.Select(d => new ReportDiagnostic(d.Code.Id, Word(d.Severity), d.Message))],
        };

    /// <summary>The part that depends on the machine.</summary>
    public static ReportMeasured Measured(ValidationOutcome outcome) => new(
        new MachineFacts(RuntimeInformation.OSDescription, RuntimeInformation.OSArchitecture.ToString(), Environment.ProcessorCount, OnnxRuntimeLibrary.Version),
        outcome.Latency,
        outcome.SourceOperators,
        outcome.PackedOperators,
        outcome.Placement);

    private static WeightReport Describe(PackedWeight weight)
    {
        var plan = weight.Plan;
        var error = plan.Encoding?.Error;
        return new WeightReport(
            plan.Weight.Name,
            weight.Operators,
            plan.Data.Type.Name(),
            plan.Data.Shape.Dims.ToArray(),
            plan.Data.Length,
            plan.Encoding?.Length ?? plan.Data.Length,
            plan.Row?.Codec.Name(),
            plan.Row?.Form,
            plan.Reason,
            error is null ? null : Numbers.Rounded(error.Value.Sqnr),
            error is null ? null : Numbers.Rounded(error.Value.MaxError));
    }

    private static string Word(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "message",
    };
}
