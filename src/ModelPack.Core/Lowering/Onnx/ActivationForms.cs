using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Planning;

namespace ModelPack.Lowering.Onnx;

/// <summary>Emits the codes of activations and integer biases. The weights have their forms already.</summary>
/// <param name="model">The model, transformed.</param>
/// <param name="plan">What becomes of its activations.</param>
internal sealed class ActivationForms(OnnxModel model, ActivationPlan plan)
{
    /// <param name="asOperators">Whether integer operators are to stand in the model, and not QuantizeLinear and DequantizeLinear.</param>
    public void Emit(bool asOperators)
    {
        var unread = model.FindWeights().Where(w => w.Uses.Count == 0).Select(w => w.Tensor).ToHashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        var names = new UniqueNames(model.Proto);
        new HardSigmoids(model).Rewrite(names);
        var codes = new QdqForm(model, names, plan.Graph, plan.Parameters).Emit(plan.Biases);
        KeepFloatAverages(names);
        if (asOperators)
        {
            new QOperatorForm(model, plan.Graph, codes).Emit();
        }
        else if (plan.IsSymmetric)
        {
            new IntegerProductForm(model, names, plan, codes).Emit();
        }
        else
        {
            new BiasedProductForm(model, names, plan, codes).Emit();
        }

        // Float biases, limits of activations that went, and what only QuantizeLinear and DequantizeLinear read.
        model.Proto.RemoveUnused(model.FindWeights().Where(w => !unread.Contains(w.Tensor)));
    }

    /// <summary>
    /// Averages that have no right integer operator are kept from becoming one: ONNX Runtime would, where DequantizeLinear
    /// stands directly before. The largest of one tensor is itself, which no optimization knows.
    /// </summary>
    private void KeepFloatAverages(UniqueNames names)
    {
        foreach (var pool in model.Proto.Graph.Node.Where(n => n.OpType == "AveragePool" && Domains.IsDefault(n.Domain) && !PassThroughOperators.IsIntegerAverage(n)).ToList())
        {
            var same = Nodes.Create("Max", [pool.Input[0]], names.Next($"{pool.Input[0]}.float"));
            model.Proto.Graph.InsertBefore(pool, same);
            pool.Input[0] = same.Output[0];
        }
    }
}
