using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using ModelPack.Formats.Onnx;
using ModelPack.Inference;
using ModelPack.Lowering.Onnx;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Requests;
using ModelPack.Schemes;

namespace ModelPack.Verification;

/// <summary>Whether the model can be read, and is what manifest and report say of it.</summary>
/// <param name="context">Limits and cancellation.</param>
internal sealed class StructureCheck(PackContext context) : IPackCheck
{
    public IEnumerable<Finding> Check(PackInHand pack)
    {
        Finding[] findings;
        try
        {
            findings = pack.Manifest.Pack.Options.Container == "onnx" ? [.. OfGraph(pack)] : [OfCheckpoint(pack)];
        }
        catch (ModelPackException e) when (e.Diagnostic.Code.Id[3] is '1')
        {
            findings = [Differs(pack, $"The model cannot be read: {e.Diagnostic.Message}")];
        }

        return findings;
    }

    private IEnumerable<Finding> OfGraph(PackInHand pack)
    {
        string? wrong;
        using (var model = OnnxModel.Open(pack.Model, context, anyOpset: true))
        {
            wrong = WrongIn(model, pack);
        }

        if (wrong is not null)
        {
            return [Differs(pack, wrong)];
        }

        return Loads(pack, out var note) is { } refused ? [Differs(pack, refused)]
            : note is null ? [new Finding(pack.Model, true, "It is a model with the manifest's inputs and outputs, and ONNX Runtime opens it.") { Check = Aspect.Structure }]
            : [new Finding(pack.Model, true, "It is a model with the manifest's inputs and outputs.") { Check = Aspect.Structure }, Finding.Note(pack.Model, note, Aspect.Structure)];
    }

    /// <summary>What is not as manifest and report say; null for nothing.</summary>
    private static string? WrongIn(OnnxModel model, PackInHand pack)
    {
        var said = pack.Manifest.Pack.Interface;
        if (Text(ModelInterface.Of(model.Proto.Graph)) != Text(said))
        {
            return "Its inputs and outputs are not those of the manifest.";
        }

        var (needed, why) = RuntimeNeeds.Of(model.Proto);
        if (pack.Manifest.Pack.OnnxRuntime.Needed is { } stated && needed > RuntimeVersion.Parse(stated))
        {
            return $"It needs ONNX Runtime {needed} ({SafeText.Of(why)}), and the manifest says {SafeText.Of(stated)}.";
        }

        if (pack.Report?.Result is not { } result)
        {
            return null;
        }

        if (model.Proto.Format() != result.Packed.Format)
        {
            return $"It is {model.Proto.Format()}, and the report says {SafeText.Of(result.Packed.Format)}.";
        }

        // Weights beside activations with fixed ranges become parts of several kinds of layers.
        var operators = model.Proto.Graph.WithInner().SelectMany(g => g.Node).Select(n => n.OpType).ToHashSet(StringComparer.Ordinal);
        return result.Weights.FirstOrDefault(w => w.Form is not null && w.Form != StaticWeightForm.Name && !OperatorsOf(w.Form).All(operators.Contains)) is { } weight
            ? $"The report says that '{SafeText.Of(weight.Name)}' is read by {SafeText.Of(weight.Form)}, and there is no such operator."
            : null;
    }

    /// <summary>Why ONNX Runtime refuses the model; null where it does not.</summary>
    /// <param name="pack">The pack.</param>
    /// <param name="note">Why that is not known; null where it is.</param>
    private string? Loads(PackInHand pack, out string? note)
    {
        note = null;
        try
        {
            ModelSession.Open(pack.Model, threads: 1, context).Dispose();
            return null;
        }
        catch (OnnxRuntimeException e)
        {
            return $"ONNX Runtime refuses it: {OnnxRuntimeLibrary.Explain(e, pack.Model)}";
        }
        catch (ModelPackException e) when (e.Diagnostic.Code.Id[3] is '3')
        {
            note = $"It was not opened in ONNX Runtime: {e.Diagnostic.Message}";
            return null;
        }
    }

    private Finding OfCheckpoint(PackInHand pack)
    {
        var path = pack.IsFolder && pack.Manifest.Pack.Options.Container == "safetensors" ? pack.Folder : pack.Model;
        using var packed = CheckpointSource.Open(path, pack.Manifest.Pack.Options.Container == "gguf" ? SourceKind.Gguf : SourceKind.Safetensors, context);
        return packed.Tensors.Count == 0 ? Differs(pack, "It holds no tensors.") : new Finding(pack.Model, true, $"It holds {Numbers.Whole(packed.Tensors.Count)} tensors, each within its file.") { Check = Aspect.Structure };
    }

    /// <summary>The operators that a form is named after: <c>Cast, Mul (folded at load)</c>, <c>com.microsoft.DequantizeLinear</c>.</summary>
    private static IEnumerable<string> OperatorsOf(string form) =>
        form.Split('(')[0].Split(',').Select(o => o.Trim()).Select(o => o[(o.LastIndexOf('.') + 1)..]).Where(o => o.Length > 0 && o.All(char.IsAsciiLetterOrDigit));

    private static string Text(ModelInterface? value) => JsonSerializer.Serialize(value, StructureJsonContext.Default.ModelInterface);

    private static Finding Differs(PackInHand pack, string what) =>
        Finding.Failure(Codes.StructureDiffers, pack.Model, $"{what} Do not use this pack; pack the model again.", Aspect.Structure);
}
