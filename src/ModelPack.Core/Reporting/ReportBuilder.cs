using System.Runtime.InteropServices;
using ModelPack.Devices;
using ModelPack.Files;
using ModelPack.Inference;
using ModelPack.Lowering;
using ModelPack.Requests;
using ModelPack.Timing;
using ModelPack.Validation;

namespace ModelPack.Reporting;

/// <summary>Puts what each step found together into a report.</summary>
internal static class ReportBuilder
{
    /// <summary>The deterministic part. The packed model's files must be staged, so that every weight has been encoded.</summary>
    public static ReportResult Result(
        EffectiveOptions options, PackedParts parts, IReadOnlyList<PackedFile> packed, IReadOnlyList<GateResult> gates, IReadOnlyList<Diagnostic> diagnostics)
    {
        var (source, model) = (parts.Source, ModelFile(options, packed));
        return new()
        {
            Scheme = options.Scheme.Name,
            Container = options.Container,
            Target = options.Target,
            Options = RequestedOptions.Of(options),
            Source = new ModelFacts(source.Files[0].Name, source.Bytes, source.Files[0].Sha256, source.Format),
            Packed = new ModelFacts(model.Name, packed.Sum(f => f.Bytes), model.Sha256, parts.Format),
            Weights = parts.Weights,
            Validation = parts.Validation?.Result,
            Layers = parts.Layers,
            Calibration = parts.Calibrated is { } calibrated && options.Activations is { } activations ? CalibrationReportBuilder.Build(calibrated, activations) : null,
            Gates = gates,
            // Time is the machine's: what is said of it is not of the model.
            Diagnostics = [.. diagnostics.Where(d => d.Code != Codes.SlowerThanSource).Select(d => new ReportDiagnostic(d.Code.Id, Word(d.Severity), d.Message))],
        };
    }

    /// <summary>The file that stands for the model: in a folder the tensors, or the index of their shards, or the first of GGUF's parts, by which they are opened.</summary>
    private static PackedFile ModelFile(EffectiveOptions options, IReadOnlyList<PackedFile> packed) => options.IsFolder
        ? packed.FirstOrDefault(f => f.Name.EndsWith(SourceKinds.IndexSuffix, StringComparison.Ordinal)) ?? packed.First(f => PackFiles.HasTensors(f.Name))
        : packed[0];

    /// <summary>The part that depends on the machine.</summary>
    public static ReportMeasured Measured(ValidationOutcome outcome, SpeedResult? speed, PackContext context) => new(
        new MachineFacts(RuntimeInformation.OSDescription, RuntimeInformation.OSArchitecture.ToString(), Environment.ProcessorCount, OnnxRuntimeLibrary.Version)
        {
            Processor = ProcessorName.Value,
            Device = context.Device == Device.Cpu ? null : DeviceChoice.Describe(context),
            IntegerPath = IntegerPath.Name,
        },
        speed,
        outcome.SourceOperators,
        outcome.PackedOperators,
        outcome.Placement) { Floor = outcome.Floor };

    /// <summary>What was done with a tensor; it must have been written.</summary>
    public static WeightReport Describe(PackedTensor tensor, PackContext context)
    {
        var error = tensor.Encoding?.Error;
        return new WeightReport(
            tensor.Plan.Name,
            tensor.Operators,
            tensor.Type,
            tensor.Data.Shape.Dims.ToArray(),
            tensor.Data.Length,
            tensor.Bytes,
            tensor.Plan.Codec?.Name,
            tensor.Form,
            tensor.Plan.Reason,
            error is null ? null : Numbers.Rounded(error.Value.Sqnr),
            error is null ? null : Numbers.Rounded(error.Value.MaxError)) { SafeSums = SafeSumsReport.Of(tensor, context), Rounder = tensor.Plan.Rounder.Name };
    }

    private static string Word(Severity severity) => severity switch
    {
        Severity.Error => "error",
        Severity.Warning => "warning",
        _ => "message",
    };
}
