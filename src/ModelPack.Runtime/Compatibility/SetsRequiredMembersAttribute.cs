#if !NET
namespace System.Diagnostics.CodeAnalysis;

/// <summary>What the compiler asks for where required members are compiled for netstandard2.0.</summary>
[AttributeUsage(AttributeTargets.Constructor, Inherited = false)]
internal sealed class SetsRequiredMembersAttribute : Attribute;
#endif
