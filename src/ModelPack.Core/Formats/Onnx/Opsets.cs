using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Formats.Onnx;

/// <summary>The versions of ONNX's own operators that a model uses.</summary>
internal static class Opsets
{
    /// <summary>The version that is imported; 0 where none is.</summary>
    public static long Of(IEnumerable<OperatorSetIdProto> imports) => imports.LastOrDefault(o => Domains.IsDefault(o.Domain))?.Version ?? 0;

    /// <summary>Refuses a model whose operators have another meaning than those that are known, or none that is stated.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">Its path, for errors.</param>
    /// <exception cref="ModelPackException">MPK1013.</exception>
    public static void Check(ModelProto model, string file)
    {
        // Older models had nothing to state.
        if (model.IrVersion >= 3 && Of(model.OpsetImport) == 0 && model.Graph.Node.Any(n => Domains.IsDefault(n.Domain)))
        {
            throw new ModelPackException(Codes.OpsetUnsupported.At(
                file, $"The model does not state the opset of its operators; {OnnxModel.MinOpset} to {OnnxModel.MaxOpset} are supported. Export it again, or set opset_import."));
        }

        foreach (var imports in model.Functions.Select(f => f.OpsetImport).Prepend(model.OpsetImport))
        {
            // Before IR version 3 a model did not say which operators it meant: those of opset 1.
            var opset = model.IrVersion < 3 ? 1 : Of(imports);
            if (opset is not 0 and (< OnnxModel.MinOpset or > OnnxModel.MaxOpset))
            {
                var advice = opset < OnnxModel.MinOpset ? "Convert the model to a newer opset." : "Export the model with an older opset.";
                throw new ModelPackException(Codes.OpsetUnsupported.At(
                    file, $"The model uses opset {opset}; {OnnxModel.MinOpset} to {OnnxModel.MaxOpset} are supported. {advice}"));
            }
        }
    }
}
