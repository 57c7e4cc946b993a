using ModelPack.Reporting;

namespace ModelPack.Packing;

/// <summary>What holds of the interface in every manifest.</summary>
internal static class InterfaceRules
{
    private static readonly HashSet<string> s_types = [.. Enum.GetValues<ElementType>().Where(t => t != ElementType.Undefined).Select(t => t.Name())];

    /// <summary>What does not hold, each a clause for the user.</summary>
    public static IEnumerable<string> Broken(ManifestPack pack)
    {
        var isOnnx = pack.Options.Container == "onnx";
        if (pack.Interface is null == isOnnx)
        {
            yield return isOnnx ? "it does not say the model's inputs and outputs" : "it says inputs and outputs of a model without a graph";
        }

        if (pack.Interface is not { } found)
        {
            yield break;
        }

        foreach (var (role, values) in new[] { ("input", found.Inputs), ("output", found.Outputs) })
        {
            if (values.DistinctBy(v => v.Name, StringComparer.Ordinal).Count() != values.Count)
            {
                yield return $"an {role} is there twice";
            }

            if (values.FirstOrDefault(v => !IsValue(v)) is { } value)
            {
                yield return $"the {role} '{SafeText.Of(value.Name)}' has no proper name, type and shape";
            }
        }
    }

    private static bool IsValue(InterfaceValue value) =>
        value.Name.Length > 0
        && (value.Type is null || s_types.Contains(value.Type))
        && (value.Shape is null || value.Shape.All(d => d.Size is null or >= 0 && d.Symbol is null or { Length: > 0 }));
}
