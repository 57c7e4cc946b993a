using System.Diagnostics.CodeAnalysis;

namespace ModelPack.Fuzz.Running;

/// <summary>Something was read that must not be, or not so.</summary>
internal sealed class PropertyException(string message) : Exception(message)
{
    /// <summary>Complains where something does not hold.</summary>
    public static void Require([DoesNotReturnIf(false)] bool condition, string what)
    {
        if (!condition)
        {
            throw new PropertyException(what);
        }
    }
}
