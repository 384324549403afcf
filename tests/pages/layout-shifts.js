// How far the page jumped since it was loaded, without its user's doing: the sum of what the browser calls layout shifts.
globalThis.layoutShift = 0
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value } of list.getEntries())
    if (!hadRecentInput) globalThis.layoutShift += value
}).observe({ type: 'layout-shift', buffered: true })
